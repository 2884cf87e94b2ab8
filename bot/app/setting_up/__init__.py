"""Setting an engagement up: what a SOW asks for, what stands, and the steps between them."""
