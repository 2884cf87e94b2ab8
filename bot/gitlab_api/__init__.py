"""The only package that talks to GitLab: client, reading, writing, cache. Its JSON becomes the model in `translate`."""
