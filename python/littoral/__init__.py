"""Littoral: the prebuilt JupyterLab extension and nothing else."""

__version__ = "0.1.0"


def _jupyter_labextension_paths():
    return [{"src": "labextension", "dest": "littoral"}]
