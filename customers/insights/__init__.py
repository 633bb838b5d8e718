"""What happened in the shop: orders -> figures of buyers, concentration, price bands, seasons."""
