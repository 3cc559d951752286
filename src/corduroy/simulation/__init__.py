"""What would happen: voxel finite elements and flow of a curing cement, on one multigrid. SI-mm-N-MPa inside."""
