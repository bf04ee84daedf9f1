"""A forge and a package index on this machine, for Renovate: as much of Gitea's API as it calls.

https://docs.gitea.com/api/1.24/ and https://docs.pypi.org/api/json/ describe what they answer.
Repositories are served by `git http-backend`, and everybody may push.
"""

import json
import os
import re
import subprocess
import threading
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from repositories import git

Json: TypeAlias = Any

OWNER = "acme"
BOT = {"id": 1, "login": "renovate", "full_name": "Renovate", "email": "bot@example.org"}
_MAY = {"admin": False, "pull": True, "push": True}
_NOW = "2026-01-01T00:00:00Z"


class Forge(ThreadingHTTPServer):
    """Repositories of one owner, with pull requests, issues and comments."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.releases: dict[str, str] = {}  # of `treewright`: when each was uploaded
        self.items: dict[str, list[dict[str, Json]]] = defaultdict(list)
        self.comments: dict[str, list[dict[str, Json]]] = defaultdict(list)
        self.statuses: dict[str, list[dict[str, Json]]] = defaultdict(list)
        self.forks: set[str] = set()
        self.unknown: list[str] = []  # requests that this forge has no answer to

    def add(self, name: str, project: Path) -> None:
        """Take a repository."""
        place = self.repository(name)
        git("clone", "--quiet", "--bare", project, place, cwd=project)
        git("config", "http.receivepack", "true", cwd=place)

    def repository(self, name: str) -> Path:
        return self.folder / OWNER / f"{name}.git"

    def clone_url(self, name: str) -> str:
        return f"{self.url}/{OWNER}/{name}.git"

    def names(self) -> list[str]:
        """Give the names of all repositories."""
        return sorted(place.stem for place in (self.folder / OWNER).iterdir())

    def branches(self) -> dict[str, dict[str, str]]:
        """Give the commit of each branch of each repository."""
        return {name: self.heads(name) for name in self.names()}

    def heads(self, name: str) -> dict[str, str]:
        """Give the commit of each branch of a repository."""
        form = "--format=%(refname:short) %(objectname)"
        listed = git("for-each-ref", form, "refs/heads", cwd=self.repository(name))
        return dict(line.split() for line in listed.splitlines())

    def pulls(self, name: str) -> list[dict[str, Json]]:
        """Give a copy of what was asked for the pull requests of a repository."""
        return [dict(item) for item in self.items[name] if item["kind"] == "pulls"]

    def answer(self, method: str, path: str, sent: Json) -> Json | None:
        """Answer a request; None if there is nothing at this address."""
        fixed: dict[str, Callable[[], Json]] = {
            "/pypi/treewright/json": lambda: {
                "info": {"name": "treewright"},
                "releases": {
                    version: [{"upload_time": time}] for version, time in self.releases.items()
                },
            },
            "/api/v1/user": lambda: BOT,
            "/api/v1/version": lambda: {"version": "1.24.0"},
            "/api/v1/repos/search": lambda: {
                "ok": True,
                "data": list(map(self._about, self.names())),
            },
        }
        found = re.fullmatch(rf"/api/v1/repos/{OWNER}/([^/]+)(?:/(.*))?", path)
        if found and self.repository(found[1]).is_dir():
            return self._of_repository(method, found[1], found[2] or "", sent)
        return fixed[path]() if path in fixed else None

    def _of_repository(self, method: str, name: str, path: str, sent: Json) -> Json | None:
        place = self.repository(name)
        if not path:
            return self._about(name)
        if found := re.fullmatch(r"(pulls|issues)(?:/(\d+))?", path):
            return self._item(method, name, found[1], found[2], sent)
        if re.fullmatch(r"issues/\d+/comments", path):
            return self._listed(self.comments[name], sent)
        if found := re.fullmatch(r"(?:statuses|commits)/([^/]+)(?:/statuses)?", path):
            said = self.statuses[git("rev-parse", unquote(found[1]), cwd=place).strip()]
            return self._listed(said, sent and {**sent, "status": sent["state"]})
        if found := re.fullmatch(r"contents/([^/]+)", path):
            return self._file(place, found[1])
        return None

    @staticmethod
    def _file(place: Path, name: str) -> Json | None:
        """Give a file at the top of a repository, if it is there."""
        if not git("ls-tree", "--name-only", "main", "--", name, cwd=place):
            return None
        text = b64encode(git("show", f"main:{name}", cwd=place).encode()).decode()
        return {"type": "file", "name": name, "path": name, "content": text}

    @staticmethod
    def _listed(said: list[dict[str, Json]], sent: Json) -> Json:
        """List comments or statuses, or add one."""
        if not sent:
            return said
        said.append({"id": len(said) + 1, "created_at": _NOW, **sent})
        return said[-1]

    def _item(self, method: str, name: str, kind: str, number: str | None, sent: Json) -> Json:
        """List, make, change or show pull requests or issues."""
        items = self.items[name]
        if method == "GET" and not number:
            return [self._shown(name, item) for item in reversed(items) if item["kind"] == kind]
        if method == "POST":
            items.append({"kind": kind, "number": len(items) + 1, "state": "open", **sent})
        item = items[int(number) - 1 if number else -1]
        if method == "PATCH":
            item.update(sent)
        return self._shown(name, item)

    def _shown(self, name: str, item: dict[str, Json]) -> dict[str, Json]:
        """Give a pull request or an issue as the API does."""
        shown = {**item, "labels": [], "user": BOT, "created_at": _NOW, "updated_at": _NOW}
        if item["kind"] == "pulls":
            head = self.heads(name).get(item["head"], "0" * 40)
            repo = {"full_name": f"{OWNER}/{name}"}
            shown["base"] = {"ref": item["base"]}
            shown["head"] = {"label": item["head"], "sha": head, "repo": repo}
            shown["mergeable"] = True
        return shown

    def _about(self, name: str) -> dict[str, Json]:
        return {
            "id": 1 + self.names().index(name),
            "full_name": f"{OWNER}/{name}",
            "owner": {"id": 2, "login": OWNER},
            "clone_url": self.clone_url(name),
            "default_branch": "main",
            "fork": name in self.forks,
            "permissions": _MAY,
            "has_issues": True,
            "allow_squash_merge": True,
        }


class _Handler(BaseHTTPRequestHandler):
    server: Forge
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlsplit(self.path)
        if re.match(rf"/{OWNER}/[^/]+\.git/", url.path):
            self._serve_git(url.path, url.query, body)
            return
        answer = self.server.answer(self.command, url.path, json.loads(body) if body else None)
        if answer is None:
            self.server.unknown.append(f"{self.command} {self.path}")
        status = 404 if answer is None else 201 if self.command == "POST" else 200
        self._reply(status, {"Content-Type": "application/json"}, json.dumps(answer).encode())

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle  # noqa: N815  # as http.server calls

    def _serve_git(self, path: str, query: str, body: bytes) -> None:
        """Have git answer, by the Common Gateway Interface (RFC 3875)."""
        variables = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=variables, capture_output=True, check=True
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._reply(int(headers.pop("Status", "200").split()[0]), headers, content)

    def _reply(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[Forge]:
    """Serve a forge as long as it is needed."""
    with Forge(folder) as forge:
        thread = threading.Thread(target=forge.serve_forever)
        thread.start()
        try:
            yield forge
        finally:
            forge.shutdown()
            thread.join()
