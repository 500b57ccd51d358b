"""Body understanding on any CPU: persons, pose, outline and face.

MediaPipe's networks (Apache-2.0) run through LiteRT; the steps around them are ours:

    picture ─► people  (where is somebody: whole picture, then tiles)
                 └► pose   (33 landmarks, BlazePose)
                     ├► matte (outline)
                     └► face  (468 points)

Sources: Bazarevsky et al., "BlazePose: On-device Real-time Body Pose tracking",
arXiv:2006.10204; the graphs of MediaPipe 0.10 for constants; He, Sun and Tang, "Guided Image
Filtering", PAMI 2013.
"""

from modera_bot.ml.body.understanding import BodyUnderstanding, Sighting

__all__ = ["BodyUnderstanding", "Sighting"]
