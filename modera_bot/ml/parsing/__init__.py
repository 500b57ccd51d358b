"""Tells the parts of a dressed person apart, from pose and colour: a stand-in for a human parser.

    picture, Person ─► figure (frame: joints by side, axes, lengths) ─► parse (regions, borders)

Those parsers with a licence for any use are too large or too coarse.
"""
