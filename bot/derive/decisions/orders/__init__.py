"""Orders: what a PM says to psbot in GitLab. They are read from comments at every run and kept nowhere else."""
