"""Every URL of segrec, on one page."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from customers.api import customers, explained, orders, segments
from products import api as products
from recommendations import storefront
from recommendations.api import basket, events
from recommendations.api import customers as customer_lists
from recommendations.api import lists as recommendations
from runs import api as runs
from segrec_site import api_docs, health
from segrec_site.metrics import metrics

api = [
    path("schema/", api_docs.SchemaView.as_view(), name="schema"),
    path("docs/", api_docs.DocsView.as_view(), name="docs"),
    path("products/", products.ProductList.as_view(), name="products"),
    path(
        "products/<extid:id>/similar/",
        recommendations.SimilarProducts.as_view(),
        name="similar-products",
    ),
    path(
        "products/<extid:id>/bought-together/",
        recommendations.ProductsBoughtTogether.as_view(),
        name="products-bought-together",
    ),
    path("products/<extid:id>/", products.ProductDetail.as_view(), name="product"),
    path("popular/", recommendations.PopularProducts.as_view(), name="popular-products"),
    path("recommendations/basket/", basket.BasketProducts.as_view(), name="basket-products"),
    path("events/", events.EventList.as_view(), name="events"),
    path("customers/", customers.CustomerList.as_view(), name="customers"),
    path(
        "customers/<extid:id>/segment/",
        explained.CustomerSegment.as_view(),
        name="customer-segment",
    ),
    path(
        "customers/<extid:id>/recommendations/",
        customer_lists.CustomerRecommendations.as_view(),
        name="customer-recommendations",
    ),
    path(
        "customers/<extid:id>/buy-again/",
        customer_lists.CustomerBuyAgain.as_view(),
        name="customer-buy-again",
    ),
    path("customers/<extid:id>/", customers.CustomerDetail.as_view(), name="customer"),
    path("orders/", orders.OrderList.as_view(), name="orders"),
    path("segments/", segments.SegmentList.as_view(), name="segments"),
    path("segments/<slug:key>/", segments.SegmentDetail.as_view(), name="segment"),
    path(
        "segments/<slug:key>/customers/",
        segments.SegmentCustomers.as_view(),
        name="segment-customers",
    ),
    path("segments/<slug:key>/moves/", segments.SegmentMoves.as_view(), name="segment-moves"),
    path("runs/", runs.RunList.as_view(), name="runs"),
    path("runs/rollback/", runs.RunRollback.as_view(), name="runs-rollback"),
    path("runs/<int:id>/", runs.RunDetail.as_view(), name="run"),
    path("runs/<int:id>/publish/", runs.RunPublish.as_view(), name="run-publish"),
    path("runs/<int:id>/discard/", runs.RunDiscard.as_view(), name="run-discard"),
]
urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", include(api)),
    path(
        "fragments/products/<extid:id>/similar/",
        recommendations.SimilarFragment.as_view(),
        name="similar-fragment",
    ),
    path("admin/", admin.site.urls),
]
if settings.SHOP_PAGES:
    urlpatterns += [
        path("", storefront.home, name="shop-home"),
        path("shop/search/", storefront.search, name="shop-search"),
        path("shop/category/<category:path>/", storefront.category, name="shop-category"),
        path("shop/products/<extid:id>/", storefront.product, name="shop-product"),
        path("shop/as/", storefront.shop_as, name="shop-as"),
        path("shop/basket/", storefront.basket, name="shop-basket"),
        path("shop/pictures/<slug:name>.svg", storefront.picture, name="shop-picture"),
    ]
handler400 = "segrec_site.problems.bad_request"
handler403 = "segrec_site.problems.permission_denied"
handler404 = "segrec_site.problems.page_not_found"
handler500 = "segrec_site.problems.server_error"
