"""Owns training: `train.train(data_dir, out_dir)` rebuilds every model, the same bytes each time."""
