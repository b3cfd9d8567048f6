"""What moves the probability that a program is faulty: the beeswarms of `shap`, for the report."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

from default_lint.lab.evaluate import Study
from default_lint.lab.evaluation_schema import LEVELS
from default_lint.lab.forests import from_sklearn, to_shap
from default_lint.lab.train import detection, fitted, learnable

SHOWN = 15  # features


def draw(study: Study, folder: Path) -> dict[str, str]:
    """An image for each level of detection: a dot is a program's first run; gives the files by level.

    The forest is that which `lab export` makes, in the arrays that the product reads, of all programs; so are the dots.
    Where `shap` cannot be imported nothing is drawn.
    """
    try:
        import shap
    except ImportError:
        return {}
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    drawn = {}
    for level in LEVELS:
        task = detection(study.learning, level)
        if not learnable(task):
            continue
        estimator = fitted(task, study.recipe(task), study.jobs)
        forest = from_sklearn(estimator, task.rows.names, task.classes)
        explainer = shap.TreeExplainer(to_shap(forest), feature_perturbation="tree_path_dependent")
        rows = task.rows.x[study.first(task)].astype(np.float64)
        values = np.asarray(explainer.shap_values(rows, check_additivity=False)).reshape(*rows.shape, -1)[..., -1]
        path = folder / f"shap_{level}.png"
        with matplotlib.rc_context({"font.size": 8}):
            shap.summary_plot(
                values,
                rows,
                feature_names=list(task.rows.names),
                max_display=SHOWN,
                show=False,
                plot_size=(8, 5),
                rng=np.random.default_rng(0),
            )
            figure = pyplot.gcf()
            figure.savefig(path, dpi=90, bbox_inches="tight", metadata={"Software": None})
            pyplot.close(figure)
        drawn[level] = str(path)
    return drawn
