"""An image's tag says what it was made of."""

from __future__ import annotations

import re

import pytest

from sandboxes import image_store
from sandboxes.image_store import BuildSettings, reference


def test_the_shipped_images_are_found() -> None:
    assert {"base", "ml", "proteomics"} <= set(image_store.names())


def test_the_tag_follows_the_content(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    for image in ("base", "ml"):
        (tmp_path / image).mkdir()
        for file in ("Dockerfile", "requirements.lock"):
            (tmp_path / image / file).write_text(f"{image} {file}", encoding="utf-8")
    monkeypatch.setattr(image_store, "_FOLDER", tmp_path)
    settings = BuildSettings()
    before = {image: reference(image, settings) for image in ("base", "ml")}
    assert before == {image: reference(image, settings) for image in ("base", "ml")}
    (tmp_path / "base" / "requirements.lock").write_text("other", encoding="utf-8")
    after = {image: reference(image, settings) for image in ("base", "ml")}
    assert after["base"] != before["base"]
    assert after["ml"] != before["ml"], "it is built on base"
    assert reference("ml", BuildSettings(torch="2.9")) != after["ml"]
    assert reference("base", BuildSettings(base_image="other")) != after["base"]


def test_where_packages_come_from_does_not_change_the_tag() -> None:
    assert reference("ml", BuildSettings(pip_index="https://mirror.example/simple", network="host")) == reference(
        "ml", BuildSettings()
    )


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHOLOCATE_BASE_IMAGE", "mine:1")
    monkeypatch.setenv("ECHOLOCATE_PIP_INDEX", "")
    monkeypatch.delenv("ECHOLOCATE_BUILD_NETWORK", raising=False)
    settings = BuildSettings.from_environment()
    assert (settings.base_image, settings.pip_index, settings.network) == ("mine:1", "", "default")


@pytest.mark.parametrize("image", image_store.names())
def test_every_package_is_pinned_by_hash_and_names_no_index(image: str) -> None:
    lock = (image_store._FOLDER / image / "requirements.lock").read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z0-9][^\n]*(?:\n    [^\n]*)*", lock, re.MULTILINE)
    assert packages
    assert all("==" in package and "--hash=sha256:" in package for package in packages)
    assert "http" not in lock
