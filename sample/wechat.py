"""Owns the sample's WeChat articles: pages reached by link only, the publish time in a script."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sample.content import Piece
from sample.pages import CHINA, Website


class WeChat(Website):
    name = "wechat"

    def setup(self) -> None:
        self.pieces = {piece.id: piece for piece in self.content.wechat if piece.moment <= self.as_of}

    def routes(self) -> list[BaseRoute]:
        return [Route("/s/{name}", self.article)]

    async def article(self, request: Request) -> Response:
        piece = self.pieces.get(request.path_params["name"])
        if piece is None:
            return self.page(request, "wechat/gone.html")
        return self.page(request, "wechat/article.html", piece=piece)

    def epoch(self, piece: Piece) -> int:
        return int(piece.moment.replace(tzinfo=CHINA).timestamp())

    def served(self) -> int:
        return int(self.as_of.replace(tzinfo=CHINA).timestamp())
