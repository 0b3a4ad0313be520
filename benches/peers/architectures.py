"""The architectures of the problems, from the layers of a library (`jax_layers`, `torch_layers`).

Each is a function `(layers, entry, task, matrices, x) -> outputs`: the entry is what a suite file says of the architecture, the
matrices are the parameters in their order (an iterator), x has a row an example. The outputs are `examples x outputs`, or
`(examples positions) x outputs` if examples have targets at several positions.
"""

import math

import positions

# What is added to variances and to mean squares, inside the root.
VARIANCE, MEAN_SQUARE = 1e-6, 1e-5


def mlp(layers, entry, task, w, x):
    activation = layers.ACTIVATIONS[entry["activation"]]
    for _ in entry["hidden"]:
        x = activation(affine(layers, w, x))
    return affine(layers, w, x)


def deep_linear(layers, entry, task, w, x):
    """`x W_1 W_2 ... W_L`."""
    for matrix in w:
        x = x @ matrix
    return x


def cnn(layers, entry, task, w, x):
    """Convolutions without biases, each activated and averaged over squares; fully connected layers without biases but the last."""
    activation = layers.ACTIVATIONS[entry["activation"]]
    kernel, x = entry["kernel"], image(layers, task, x)
    for _ in entry["channels"]:
        x = activation(layers.convolution(x, next(w), kernel, 1, kernel // 2))
        x = layers.average_pool(x, entry["pool"])
    x = layers.flatten(x)
    for _ in entry["hidden"]:
        x = activation(x @ next(w))
    return affine(layers, w, x)


def resnet(layers, entry, task, w, x):
    """The sum of a shortcut and of a branch over the root of the number of blocks; stages after the first halve the image."""
    activation = layers.ACTIVATIONS[entry["activation"]]
    scale = 1 / math.sqrt(entry["blocks"] * len(entry["channels"]))

    def convolution(x, stride):
        return layers.convolution(x, next(w), 3, stride, 1)

    def normal(x):
        return layers.group_norm(x, entry["groups"], next(w), next(w), VARIANCE)

    x = activation(convolution(image(layers, task, x), 1))
    before = entry["channels"][0]
    for stage, channels in enumerate(entry["channels"]):
        for block in range(entry["blocks"]):
            stride = 2 if stage > 0 and block == 0 else 1
            branch = activation(normal(convolution(x, stride)))
            branch = normal(convolution(branch, 1))
            shortcut = normal(convolution(x, stride)) if stride > 1 or channels != before else x
            x, before = shortcut + scale * branch, channels
    x = layers.flatten(layers.average_pool(x, entry["pool"]))
    return affine(layers, w, x)


def vit(layers, entry, task, w, x):
    """Blocks `x + attention(norm x)`, `x + hidden layer(norm x)` of patches; the outputs are of the mean over normalised tokens."""
    activation = layers.ACTIVATIONS[entry["activation"]]
    x = patches(task, entry["patch"], x)
    if entry["patch_norm"]:
        x = layer_norm(layers, w, x)
    x = layer_norm(layers, w, affine(layers, w, x))
    across = task["cols"] // entry["patch"]
    x = x + layers.constant(positions.in_a_grid(x.shape[1], entry["width"], across), x)
    for _ in range(entry["depth"]):
        normal = layer_norm(layers, w, x)
        q, k, v = normal @ next(w), normal @ next(w), normal @ next(w)
        x = x + layers.attention(q, k, v, entry["heads"], causal=False) @ next(w)
        wide = activation(affine(layers, w, layer_norm(layers, w, x)))
        x = x + affine(layers, w, wide)
    return affine(layers, w, layer_norm(layers, w, x).mean(1))


def transformer(layers, entry, task, w, x):
    """Blocks of causal attention and of a hidden layer; norms after each sum, or before each layer and at the end."""
    activation = layers.ACTIVATIONS[entry["activation"]]
    x = math.sqrt(entry["width"]) * (sequence(task, x) @ next(w))
    x = x + layers.constant(positions.in_a_row(task["rows"], entry["width"]), x)

    def attention(x):
        q, k, v = (affine(layers, w, x) for _ in range(3))
        return affine(layers, w, layers.attention(q, k, v, entry["heads"], causal=True))

    def hidden_layer(x):
        return affine(layers, w, activation(affine(layers, w, x)))

    for layer in entry["depth"] * [attention, hidden_layer]:
        if entry["norm"] == "after":
            x = layer_norm(layers, w, x + layer(x))
        else:
            x = x + layer(layer_norm(layers, w, x))
    if entry["norm"] == "before":
        x = layer_norm(layers, w, x)
    return affine(layers, w, answering(task, x))


def lstm(layers, entry, task, w, x):
    """Layers that read each other's states."""
    x = sequence(task, x)
    if "embedding" in entry:
        x = x @ next(w)
    for _ in range(entry["depth"]):
        x = layers.lstm(affine(layers, w, x), next(w), next(w))
    return affine(layers, w, answering(task, x))


def mamba(layers, entry, task, w, x):
    """Blocks `x + (scan(branch) silu(gate)) W`, the branch and the gate made of `rms_norm(x)`."""
    silu, softplus = layers.ACTIVATIONS["silu"], layers.ACTIVATIONS["softplus"]
    inner, states, rank = entry["width"] * entry["expand"], entry["states"], entry["step_rank"]
    x = sequence(task, x) @ next(w)
    for _ in range(entry["depth"]):
        wide = layers.rms_norm(x, next(w), MEAN_SQUARE) @ next(w)
        branch, gate = wide[..., :inner], wide[..., inner:]
        u = silu(causal_convolution(layers, branch, next(w), next(w)))
        selection = u @ next(w)
        dt = softplus(affine(layers, w, selection[..., :rank]))
        b, c = selection[..., rank : rank + states], selection[..., rank + states :]
        logs, direct = next(w), next(w)
        scanned = layers.scan(u, dt, b, c, logs) + direct * u
        x = x + (scanned * silu(gate)) @ next(w)
    return layers.rms_norm(answering(task, x), next(w), MEAN_SQUARE) @ next(w)


ARCHITECTURES = {f.__name__: f for f in [mlp, deep_linear, cnn, resnet, vit, transformer, lstm, mamba]}


def outputs(layers, header, matrices, x):
    """Those of the exported network."""
    [(kind, entry)] = header["model"].items()
    return ARCHITECTURES[kind](layers, entry, header["task"], iter(matrices), x)


def affine(layers, w, x):
    return layers.affine(x, next(w), next(w))


def layer_norm(layers, w, x):
    return layers.layer_norm(x, next(w), next(w), VARIANCE)


def image(layers, task, x):
    return layers.image(x.reshape(-1, task["rows"], task["cols"], task["channels"]))


def sequence(task, x):
    return x.reshape(-1, task["rows"], task["cols"] * task["channels"])


def patches(task, side, x):
    """The squares of an image as rows, pixel after pixel: `examples x squares x (side^2 channels)`."""
    rows, cols, channels = task["rows"] // side, task["cols"] // side, task["channels"]
    squares = x.reshape(-1, rows, side, cols, side, channels).swapaxes(2, 3)
    return squares.reshape(-1, rows * cols, side * side * channels)


def answering(task, x):
    """The rows with targets of their own, or the last one: `(examples positions) x cols`."""
    first, end = task["positions"] or (task["rows"] - 1, task["rows"])
    return x[:, first:end].reshape(-1, x.shape[-1])


def causal_convolution(layers, x, kernel, bias):
    """`y_t = b + sum_k kernel_k x_{t - (K - 1) + k}`, channel by channel, zeros before time 0."""
    times, taps = x.shape[1], len(kernel)
    padded = layers.zeros_before(x, taps - 1)
    return bias + sum(kernel[k] * padded[:, k : k + times] for k in range(taps))
