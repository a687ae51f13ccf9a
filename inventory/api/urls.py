from django.urls import URLPattern, path

from inventory.api import catalogue, prices, proposals, stock, stores
from inventory.api.stock_documents import bookings, counts, purchase_orders, transfers

urlpatterns: list[URLPattern] = [
    path("catalogue/products/", catalogue.ProductList.as_view(), name="products"),
    path("catalogue/products/<str:slug>/", catalogue.ProductPage.as_view(), name="product"),
    path("catalogue/barcodes/<str:code>/", catalogue.BarcodeProduct.as_view(), name="barcode"),
    path("catalogue/categories/", catalogue.CategoryTree.as_view(), name="categories"),
    path("catalogue/variants/<str:sku>/availability/", catalogue.VariantAvailability.as_view(), name="availability"),
    path("catalogue/variants/<str:sku>/price/", prices.VariantPrice.as_view(), name="variant_price"),
    path("till/prices/<str:sku>/", prices.TillPrice.as_view(), name="till_price"),
    path("stock/", stock.Stock.as_view(), name="stock"),
    path("stock/alerts/", stock.StockAlerts.as_view()),
    path("stock/proposals/", proposals.Proposals.as_view()),
    path("stock/transfers/", transfers.Transfers.as_view()),
    path("stock/transfers/<str:document_id>/", transfers.Transfer.as_view()),
    path("stock/transfers/<str:document_id>/dispatch/", transfers.TransferDispatch.as_view()),
    path("stock/transfers/<str:document_id>/receive/", transfers.TransferReceive.as_view()),
    path("stock/transfers/<str:document_id>/cancel/", transfers.TransferCancel.as_view()),
    path("stock/purchase-orders/", purchase_orders.PurchaseOrders.as_view()),
    path("stock/purchase-orders/<str:document_id>/", purchase_orders.PurchaseOrder.as_view()),
    path("stock/purchase-orders/<str:document_id>/submit/", purchase_orders.PurchaseOrderSubmit.as_view()),
    path("stock/purchase-orders/<str:document_id>/receive/", purchase_orders.PurchaseOrderReceive.as_view()),
    path("stock/purchase-orders/<str:document_id>/cancel/", purchase_orders.PurchaseOrderCancel.as_view()),
    path("stock/receipts/", bookings.Receipts.as_view()),
    path("stock/receipts/<str:document_id>/", bookings.Receipt.as_view()),
    path("stock/adjustments/", bookings.Adjustments.as_view()),
    path("stock/adjustments/<str:document_id>/", bookings.Adjustment.as_view()),
    path("stock/counts/", counts.Counts.as_view()),
    path("stock/counts/<str:document_id>/", counts.Count.as_view()),
    path("stock/counts/<str:document_id>/submit/", counts.CountSubmit.as_view()),
    path("stock/counts/<str:document_id>/approve/", counts.CountApprove.as_view()),
    path("stock/counts/<str:document_id>/cancel/", counts.CountCancel.as_view()),
    path("stores/", stores.StoreList.as_view(), name="stores"),
    path("stores/<str:code>/", stores.StorePage.as_view(), name="store"),
]
