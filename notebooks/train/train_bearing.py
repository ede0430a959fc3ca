"""Trains bearing.onnx on the simulated plant and writes the model and its card.

    pip install -r notebooks/train/requirements.txt
    python notebooks/train/train_bearing.py

Features come from Littoral's own engine (scripts/bearing-dataset.mjs), so that the model is trained on exactly the
numbers that it will get. It learns from healthy seconds only; worn bearings appear only in the held-out figures.
"""
import csv
import io
import subprocess
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession
from skl2onnx import to_onnx
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

ROOT = Path(__file__).resolve().parents[2]
TRAIN_SEEDS, TRAIN_SECONDS = range(1, 31), 240
HELD_OUT_SEEDS, HELD_OUT_SECONDS = range(101, 107), 600
THRESHOLD = 0.8
HEALTHY_ALARM_SHARE = 0.001
SEVERITIES = (0.05, 0.1, 0.2, 0.3, 0.5)


def dataset(seconds, seeds):
    command = ["node", str(ROOT / "scripts/bearing-dataset.mjs"), str(seconds), *map(str, seeds)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    features = np.array([[float(row["rms"]), float(row["peakHz"])] for row in rows], dtype=np.float32)
    severity = np.array([float(row["severity"]) for row in rows])
    return features, severity


def train(features):
    rng = np.random.default_rng(7)
    sample = features[rng.choice(len(features), 4000, replace=False)]
    return make_pipeline(StandardScaler(), OneClassSVM(kernel="rbf", gamma=0.1, nu=0.01)).fit(sample)


def scale_for(model, healthy):
    """k such that sigmoid(-k * decision) exceeds the threshold for one healthy second in a thousand."""
    decision = model.decision_function(healthy)
    cut = np.quantile(decision, HEALTHY_ALARM_SHARE)
    return float(np.log(THRESHOLD / (1 - THRESHOLD)) / -cut)


def to_score_model(model, k):
    """The scikit-learn pipeline with one output: score = sigmoid(-k * decision), 0 normal ... 1 anomalous."""
    onx = to_onnx(model, np.zeros((1, 2), np.float32), target_opset={"": 17, "ai.onnx.ml": 3})
    graph = onx.graph
    graph.input[0].name, old = "features", graph.input[0].name
    for node in graph.node:
        for index, name in enumerate(node.input):
            if name == old:
                node.input[index] = "features"
    graph.initializer.append(numpy_helper.from_array(np.array([-k], np.float32), "littoral_scale"))
    graph.node.append(helper.make_node("Mul", ["scores", "littoral_scale"], ["littoral_logit"]))
    graph.node.append(helper.make_node("Sigmoid", ["littoral_logit"], ["score"]))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1]))
    graph.name = "bearing"
    onx.producer_name, onx.producer_version, onx.doc_string = "littoral", "1", "Anomaly score of a bearing's second; see bearing.md"
    onnx.checker.check_model(onx)
    return onx


def held_out_figures(scores, severity):
    healthy = severity == 0
    lines = [f"False alarms: {np.mean(scores[healthy] > THRESHOLD):.2%} of {healthy.sum():,} healthy seconds score above {THRESHOLD}.", ""]
    lines += ["| wear at least | seconds | found (score > 0.8) | AUC against healthy |", "|---|---|---|---|"]
    for least in SEVERITIES:
        worn = severity >= least
        labels = np.r_[np.zeros(healthy.sum()), np.ones(worn.sum())]
        auc = roc_auc_score(labels, np.r_[scores[healthy], scores[worn]])
        lines.append(f"| {least} | {worn.sum():,} | {np.mean(scores[worn] > THRESHOLD):.1%} | {auc:.3f} |")
    return "\n".join(lines)


CARD = """# Model card: bearing.onnx

**What it does.** Scores one second of one bearing from two features, `rms` (m/s²) and `peakHz` (Hz, Welch, 256-sample segments):
`score` is 0 for normal and 1 for anomalous. Input `features`: float32 [rows, 2] in this order. Output `score`: float32 [rows, 1].

**How.** Standardised features, one-class support vector machine (RBF, gamma 0.1, nu 0.01), logistic scale set so that one healthy
training second in a thousand scores above {threshold}. scikit-learn, converted with skl2onnx (opset 17, ai.onnx.ml 3); {size:,} bytes.

**Data.** Littoral's *simulated* plant: {train_count:,} healthy seconds of {train_bearings} bearings to train on. Held out: {test_count:,} seconds of {test_bearings}
other bearings (other seeds: other unbalance, speed, load), healthy and wearing out. Features are computed by Littoral's own engine.

## Held-out figures
{figures}

## Limits
- It knows this simulation and no real machine. Do not use it on one.
- Early wear (below 0.2) often stays inside what a load change does to a healthy bearing; two features cannot tell them apart.
- It looks at single seconds. A rule over several seconds in a row would make fewer false alarms.

Made by `train/train_bearing.py`.
"""


def main():
    features, severity = dataset(TRAIN_SECONDS, TRAIN_SEEDS)
    healthy = features[severity == 0]
    model = train(healthy)
    onx = to_score_model(model, scale_for(model, healthy))
    blob = onx.SerializeToString(deterministic=True)
    held_out, held_out_severity = dataset(HELD_OUT_SECONDS, HELD_OUT_SEEDS)
    scores = InferenceSession(blob).run(["score"], {"features": held_out})[0].ravel()
    card = CARD.format(
        threshold=THRESHOLD, size=len(blob), train_count=len(healthy), train_bearings=8 * len(TRAIN_SEEDS),
        test_count=len(held_out), test_bearings=8 * len(HELD_OUT_SEEDS), figures=held_out_figures(scores, held_out_severity),
    )
    (ROOT / "notebooks/bearing.onnx").write_bytes(blob)
    (ROOT / "notebooks/bearing.md").write_text(card, encoding="utf-8")
    print(card)


if __name__ == "__main__":
    main()
