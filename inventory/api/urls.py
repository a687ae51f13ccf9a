from django.urls import URLPattern, path

from inventory.api import catalogue, prices, stock, stores

urlpatterns: list[URLPattern] = [
    path("catalogue/products/", catalogue.ProductList.as_view(), name="products"),
    path("catalogue/products/<str:slug>/", catalogue.ProductPage.as_view(), name="product"),
    path("catalogue/barcodes/<str:code>/", catalogue.BarcodeProduct.as_view(), name="barcode"),
    path("catalogue/categories/", catalogue.CategoryTree.as_view(), name="categories"),
    path("catalogue/variants/<str:sku>/availability/", catalogue.VariantAvailability.as_view(), name="availability"),
    path("catalogue/variants/<str:sku>/price/", prices.VariantPrice.as_view(), name="variant_price"),
    path("till/prices/<str:sku>/", prices.TillPrice.as_view(), name="till_price"),
    path("stock/", stock.Stock.as_view(), name="stock"),
    path("stores/", stores.StoreList.as_view(), name="stores"),
    path("stores/<str:code>/", stores.StorePage.as_view(), name="store"),
]
