"""Who the customers are: orders in, segments that keep their identity out.

orders -> totals -> features -> segmentation -> names -> memberships and moves.
"""
