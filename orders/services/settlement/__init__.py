"""
The whole of a checkout or a later payment: providers are asked, their answers written, orders confirmed or ended.

The highest room: it may import every other one, and none imports it.
"""
