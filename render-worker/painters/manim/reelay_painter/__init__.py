"""The Manim painter."""
