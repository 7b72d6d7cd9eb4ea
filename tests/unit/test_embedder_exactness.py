"""The graph computes the model: proven against a plain forward pass written from the paper."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from copilot.config import Settings
from copilot.embedder import LocalEmbedder, graph, graphfile, plain_graph, weights
from copilot.embedder.precision import Precision, chosen
from copilot.embedder.tokens import WordPieces

ARTICLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "bank" / "documents"
TEXTS = [
    "",
    "?",
    "hello",
    "Hello!",
    "HELLO WORLD",
    "How do I close my account?",
    "I want to return the headset I bought last week, the left side stays silent.",
    "Your refund of $49.99 was sent on 3 March 2026 and takes five working days.",
    "Order #A-99812 / SKU 44-XL-BLUE, two pieces, one broken.",
    "https://example.org/help/reset?step=2&lang=en",
    "mail me at jo.doe+test@example.org please",
    "Can I upgrade from Basic to Plus in the middle of the month?",
    "no",
    "no no no no no no no no no no no no",
    "The quick brown fox jumps over the lazy dog.",
    "Ich möchte meinen Vertrag zum Monatsende kündigen.",
    "Je voudrais savoir où en est ma commande, s'il vous plaît.",
    "¿Por qué me han cobrado dos veces?",
    "Где мой заказ?",
    "我的订单在哪里？",
    "注文した商品がまだ届きません。",
    "أين طلبي؟",
    "🙂🙃 thanks!! 👍🏽",
    "naïve café résumé coöperate Zürich",
    "x" * 300,
    "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "def area(r):\n    return math.pi * r ** 2  # float",
    "SELECT name, price FROM plans WHERE price < 30 ORDER BY price DESC;",
    "| plan | price |\n|---|---|\n| Basic | 9.99 |\n| Plus | 19.99 |",
    "<p>Click <b>Save</b> &amp; wait.</p>",
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
    "0.1% + 0.2% = 0.3%",
    "[SEP] [CLS] [MASK] are ordinary words here",
    "tab\tnew line\nreturn\rform feed\f",
    "zero\u200bwidth and no\u00a0break",
    "AGENT: Good morning! CUSTOMER: My bill doubled. AGENT: Let me look at that for you.",
    "I am moving house in May. Does my router work there, or do I need another one?",
    "The device must be charged for four hours before its first use; a red light is normal.",
    "We do not refund opened software. Statutory rights stay as they are.",
    "My daughter starts university and needs her own line, maybe with data abroad.",
    "I've asked three times now. Nobody called me back. Cancel everything.",
    "Data roaming in zone 2 costs 4 euros a day, 1 GB included, then 64 kbit/s.",
    "Thanks, that solved it. " * 12,
    "To reset the router hold the small button for ten seconds. " * 6,
    "A very long text that runs past the limit of the model. " * 60,
]

Weights = dict[str, np.ndarray]


def erf(x: np.ndarray) -> np.ndarray:
    """Abramowitz and Stegun 7.1.26: within 1.5e-7 of the true value."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    terms = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    total = sum(factor * t ** (power + 1) for power, factor in enumerate(terms))
    return np.sign(x) * (1 - total * np.exp(-x * x))


def reference(tensors: Weights, ids: list[int]) -> np.ndarray:
    """One text through BERT, mean pooling and normalisation, and nothing clever."""

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    def dense(x: np.ndarray, name: str) -> np.ndarray:
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def heads(x: np.ndarray) -> np.ndarray:
        return x.reshape(len(ids), 12, 32).transpose(1, 0, 2)

    table = "embeddings.{}_embeddings.weight"
    x = tensors[table.format("word")][ids]
    x = x + tensors[table.format("position")][: len(ids)] + tensors[table.format("token_type")][0]
    x = norm(x, "embeddings.LayerNorm")
    for layer in range(6):
        at = f"encoder.layer.{layer}"
        query, key, value = (
            heads(dense(x, f"{at}.attention.self.{part}")) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(32)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        mixed = (shares @ value).transpose(1, 0, 2).reshape(len(ids), 384)
        x = norm(
            x + dense(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm"
        )
        wide = dense(x, f"{at}.intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / math.sqrt(2)))
        x = norm(x + dense(wide, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    pooled = x.mean(0)
    return pooled / np.linalg.norm(pooled)


@pytest.fixture(scope="module")
def tensors() -> Weights:
    return weights.load()


@pytest.fixture(scope="module")
def expected(tensors: Weights) -> np.ndarray:
    with threadpool_limits(1):  # two threads on these small products only wait for each other
        return np.array([reference(tensors, ids) for ids in WordPieces().ids(TEXTS)])


def embedder(precision: Precision) -> LocalEmbedder:
    """Of the given precision whatever this processor would choose."""
    models = Settings(_env_file=None).models_dir
    path = graphfile.ensure(models, precision)
    return LocalEmbedder.of_graph(path, precision=precision, threads=2)


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one * other).sum(axis=1)


def test_the_fp32_graph_equals_the_reference(expected: np.ndarray):
    assert len(TEXTS) >= 40
    assert cosines(embedder("fp32").embed(TEXTS), expected).min() >= 0.99999


def test_the_yardstick_of_the_bench_equals_the_reference_too(
    tensors: Weights, expected: np.ndarray
):
    import onnxruntime as ort

    session = ort.InferenceSession(
        plain_graph.write_plain(tensors), providers=["CPUExecutionProvider"]
    )
    ids = WordPieces().ids(TEXTS[:8])
    padded = np.zeros((8, max(map(len, ids))), np.int64)
    for row, tokens in enumerate(ids):
        padded[row, : len(tokens)] = tokens
    lengths = np.array([len(tokens) for tokens in ids])
    mask = (np.arange(padded.shape[1]) < lengths[:, None]).astype(np.int64)
    found = session.run(None, {"ids": padded, "mask": mask})[0]
    assert cosines(found, expected[:8]).min() >= 0.99999


@pytest.mark.parametrize(
    ("precision", "mean", "least"),
    [
        pytest.param(
            "int8",
            0.997,
            0.98,
            marks=pytest.mark.skipif(
                chosen("int8") != "int8",
                reason="eight bits saturate on this processor: never chosen",
            ),
        ),
        ("int8w7", 0.994, 0.97),
    ],
)
def test_the_rounded_graphs_stay_near_the_reference(
    precision: Precision, mean: float, least: float, expected: np.ndarray
):
    found = cosines(embedder(precision).embed(TEXTS), expected)
    assert found.mean() >= mean
    assert found.min() >= least


def test_a_reference_without_one_layer_would_not_pass(tensors: Weights, expected: np.ndarray):
    maimed = {**tensors, "encoder.layer.3.output.dense.bias": np.ones(384, np.float32)}
    ids = WordPieces().ids(TEXTS[5:8])
    with threadpool_limits(1):
        found = np.array([reference(maimed, tokens) for tokens in ids])
    assert cosines(found, expected[5:8]).max() < 0.999


def test_only_the_tall_neurons_go_far_beyond_their_grid(tensors: Weights, tmp_path: Path):
    import onnx
    import onnxruntime as ort

    model = onnx.load_from_string(graph.write(tensors, "fp32", "words"))
    active = [f"encoder.layer.{layer}.active" for layer in range(6)]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in active)
    (tmp_path / "words").write_bytes(graph.words(tensors, "fp32"))
    (tmp_path / "graph.onnx").write_bytes(model.SerializeToString())
    session = ort.InferenceSession(tmp_path / "graph.onnx", providers=["CPUExecutionProvider"])
    highest = [np.zeros(1536, np.float32) for _ in active]
    for tokens in WordPieces().ids(TEXTS):
        found = session.run(active, {"ids": np.array([tokens], np.int32)})
        highest = [np.maximum(h, f.max(axis=0)) for h, f in zip(highest, found, strict=True)]
    for layer, high in enumerate(highest):
        tall = graph.TALL_NEURONS.get(layer, {})
        assert {n: high[n] <= top + 1 for n, top in tall.items()} == dict.fromkeys(tall, True)
        assert set(np.flatnonzero(high > 2 * graph.ACTIVE)) <= set(tall)
        assert all(high[n] > 2 * graph.ACTIVE for n in tall)


def test_seven_bit_weights_cannot_overflow_sixteen_bit_sums(tensors: Weights):
    import onnx

    def widest(precision: Precision) -> int:
        model = onnx.load_from_string(graph.write(tensors, precision, "words"))
        stored = [t for t in model.graph.initializer if t.data_type == onnx.TensorProto.INT8]
        assert len(stored) == 24
        return max(int(np.abs(onnx.numpy_helper.to_array(t).astype(int)).max()) for t in stored)

    assert 2 * 255 * widest("int8w7") <= 32767 < 2 * 255 * widest("int8")


@pytest.mark.shared
@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the bank's articles are not beside the checkout")
def test_on_real_articles_rounding_loses_no_recall():
    articles = [json.loads(path.read_bytes()) for path in sorted(ARTICLES.glob("*.json"))[::3]]
    titles = [article["title"] for article in articles]
    texts = [article["content"][:250] for article in articles]
    exact, rounded = embedder("fp32"), embedder(chosen("int8"))
    gold = {"fp32": (exact.embed(texts), exact.embed(titles))}
    gold["int8"] = (rounded.embed(texts), rounded.embed(titles))
    own = np.arange(len(texts))[:, None]
    recall = {
        name: (np.argsort(-(queries @ found.T), axis=1)[:, :10] == own).any(axis=1).mean()
        for name, (found, queries) in gold.items()
    }
    assert cosines(gold["fp32"][0], gold["int8"][0]).mean() >= 0.99
    assert recall["fp32"] - recall["int8"] <= 0.005, recall
