"""A city of any size straight to deliveries: for measuring, not for learning.

Every row is a function of its number and the seed, so nothing is lived through and nothing is known to be true: rates
and proportions are those of DOMAIN §3 and §5, links between one household's troubles are not. What `simulation` is for
(a life, its crises, their truth) this is not; what it is for, a million households in minutes, `simulation` is not.
"""
