"""FASHN VTON 1.5 on a GPU of one's own.

    photos ─► prepare, dwpose, posemap ─► sampler ─► transformer (backbone, conditioner) ─► picture
                                            └─ schedule          └─ layers

`loading` fills the network from the published weights, `speed` makes it faster, and `process`
keeps it in a process of its own. torch is imported there alone.
"""
