"""What to show next: similar products, bought together, for this customer.

products -> vectors -> similarity; orders -> co-purchase; both -> ranking -> API, shop pages.
"""
