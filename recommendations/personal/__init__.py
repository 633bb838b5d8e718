"""What a customer may like next: purchases -> history -> weights and appeal -> scores.

`weights` says what one purchase tells of other products, `appeal` what a product is to anyone and
to those who like its category; `scoring` puts both together for one customer at request time.
"""
