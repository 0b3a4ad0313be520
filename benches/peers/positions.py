"""Fixed encodings of where a token stands, `tokens x width`."""

import numpy as np

TEMPERATURE = 10_000.0


def in_a_row(tokens, width):
    """`sin(t / 10000^(2i/width))` in column 2i, the cosine in the next one."""
    columns = np.arange(width)
    phase = np.arange(tokens)[:, None] * TEMPERATURE ** (-(columns // 2 * 2) / width)
    return np.where(columns % 2 == 0, np.sin(phase), np.cos(phase))


def in_a_grid(tokens, width, across):
    """Sine and cosine of the token's column, then of its row, by the frequencies `10000^(-k / (width/4 - 1))`."""
    frequencies = TEMPERATURE ** (-np.arange(width // 4) / (max(width // 4, 2) - 1))
    rows, columns = np.divmod(np.arange(tokens), across)
    phases = [place[:, None] * frequencies for place in (columns, rows)]
    return np.hstack([wave(phase) for phase in phases for wave in (np.sin, np.cos)])
