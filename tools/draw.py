"""A random sample that anybody can draw again.

Plain Python without the ORM. Each of the population has a number; its key is the SHA-256, in
hexadecimal, of ``<seed>:<number>`` as UTF-8. The population in the order of the keys is the drawing;
its first so many are the sample. With seed and population known the same sample comes out on any
machine, for example in a shell::

    while read n; do printf '%s:%s' "$SEED" "$n" | sha256sum | cut -d' ' -f1 | sed "s/$/ $n/"; done \\
        < population.txt | sort | head -n "$SIZE"
"""

from hashlib import sha256


def key(seed, number):
    """The key of one number under ``seed``."""
    return sha256(f"{seed}:{number}".encode()).hexdigest()


def draw(seed, population, size):
    """→ [(number, key)] of the sample, in the order of the drawing.

    :param population: whole numbers, in any order
    """
    keyed = sorted((key(seed, number), number) for number in set(population))
    return [(number, digest) for digest, number in keyed[:size]]
