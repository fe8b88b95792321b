"""Owns training: each model is rebuilt from the data by `train(data_dir, out_dir)`, the same bytes each time."""
