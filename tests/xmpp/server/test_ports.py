from __future__ import annotations

import random
import socket
from pathlib import Path

import pytest

from xmpp.errors import PortTakenError, ServerError
from xmpp.server import ports as module
from xmpp.server.ports import Ports, is_free, keep_ports, require_free

LOOPBACK = ("127.0.0.1",)


def test_ports_are_chosen_once_and_kept(tmp_path: Path) -> None:
    first = keep_ports(tmp_path / "xmpp", addresses=LOOPBACK, chance=random.Random(1))
    second = keep_ports(tmp_path / "xmpp", addresses=LOOPBACK, chance=random.Random(2))
    assert first == second
    assert first.client != first.upload
    assert (tmp_path / "xmpp" / "ports.json").stat().st_mode & 0o777 == 0o600


def test_kept_port_stays_even_while_another_program_has_it(tmp_path: Path) -> None:
    kept = keep_ports(tmp_path, addresses=LOOPBACK)
    with socket.create_server(("127.0.0.1", kept.upload)):
        assert keep_ports(tmp_path, addresses=LOOPBACK) == kept
        with pytest.raises(PortTakenError, match=str(kept.upload)):
            require_free(kept, addresses=LOOPBACK)


def test_well_known_port_is_taken_if_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        wanted = holder.getsockname()[1]
        monkeypatch.setattr(module, "CLIENT_PORT", wanted)
        assert keep_ports(tmp_path / "a", addresses=LOOPBACK).client != wanted
    assert keep_ports(tmp_path / "b", addresses=LOOPBACK).client == wanted


def test_settings_win_and_are_kept(tmp_path: Path) -> None:
    keep_ports(tmp_path, addresses=LOOPBACK)
    chosen = keep_ports(tmp_path, addresses=LOOPBACK, client=15999)
    assert chosen.client == 15999
    assert keep_ports(tmp_path, addresses=LOOPBACK) == chosen


def test_setting_one_port_to_the_other_moves_the_other(tmp_path: Path) -> None:
    kept = keep_ports(tmp_path, addresses=LOOPBACK)
    moved = keep_ports(tmp_path, addresses=LOOPBACK, client=kept.upload)
    assert moved.client == kept.upload
    assert moved.upload != kept.upload


@pytest.mark.parametrize("content", ["", "{", '{"client": 5222}', '{"client": 0, "upload": 1}', "[1]"])
def test_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "ports.json").write_text(content)
    with pytest.raises(ServerError, match=r"ports\.json can't be read: mend or delete"):
        keep_ports(tmp_path, addresses=LOOPBACK)


def test_port_that_was_just_left_counts_as_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        assert not is_free(port, address="127.0.0.1")
        client = socket.create_connection(("127.0.0.1", port))
        served, _ = holder.accept()
        served.close()  # the server's side waits in TIME_WAIT
        client.close()
    assert is_free(port, address="127.0.0.1")


def test_address_that_is_not_this_machines_is_not_free() -> None:
    assert not is_free(15998, address="192.0.2.1")
    with pytest.raises(PortTakenError):
        require_free(Ports(client=15998, upload=15997), addresses=("192.0.2.1",))
