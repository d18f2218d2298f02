"""A breadth-first search spreads through a network"""

from random import random, uniform

import networkx as nx
from manim import *

COLUMNS, ROWS = 9, 4


class BreadthFirst(Scene):
    def construct(self):
        network = nx.grid_2d_graph(COLUMNS, ROWS)
        bridges = {frozenset(edge) for edge in nx.minimum_spanning_edges(self.weighted(network), data=False)}
        network.remove_edges_from(
            [edge for edge in network.edges if frozenset(edge) not in bridges and random() < 0.6]
        )
        start = (0, 1)
        depths = nx.single_source_shortest_path_length(network, start)
        colors = color_gradient([YELLOW, RED, PURPLE, BLUE], max(depths.values()) + 1)

        graph = Graph(
            list(network.nodes),
            list(network.edges),
            layout={node: self.place(*node) for node in network.nodes},
            vertex_config={"radius": 0.17, "color": GREY_C},
            edge_config={"stroke_color": GREY_D, "stroke_width": 4},
        )
        for dot in graph.vertices.values():
            dot.set_z_index(1)
        title = Typst("Steps from the start:", font_size=48)
        steps = Integer(0, font_size=48).next_to(title, RIGHT).align_to(title, UP)
        heading = VGroup(title, steps).to_edge(UP, buff=0.5)
        self.play(Create(graph), Write(heading), run_time=2)

        reached = {start}
        self.play(graph[start].animate.set_color(colors[0]), Flash(graph[start], color=colors[0]))
        for depth in range(1, len(colors)):
            level = [node for node, each in depths.items() if each == depth]
            lines = [
                Line(graph[old].get_center(), graph[new].get_center(), stroke_width=7)
                for new in level
                for old in network[new]
                if old in reached
            ]
            for line in lines:
                line.set_color([colors[depth - 1], colors[depth]])
            self.play(
                *(Create(line) for line in lines),
                *(graph[node].animate.set_color(colors[depth]) for node in level),
                ChangeDecimalToValue(steps, depth),
                run_time=0.6,
            )
            reached.update(level)
        self.wait(2)

    def weighted(self, network):
        for edge in network.edges:
            network.edges[edge]["weight"] = random()
        return network

    def place(self, column, row):
        x = (column - (COLUMNS - 1) / 2) * 1.45 + uniform(-0.35, 0.35)
        y = (row - (ROWS - 1) / 2) * 1.6 + uniform(-0.35, 0.35) - 0.6
        return [x, y, 0]
