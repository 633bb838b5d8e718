"""Long work: recorded, locked, cut into chunks, read from files, published, taken back.

request -> prepare -> chunks -> finish (gates) -> publish -> take back; knows no other app.
"""
