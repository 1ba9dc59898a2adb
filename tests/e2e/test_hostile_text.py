"""Names, labels, file names and messages that hold HTML are shown as they are, and run nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Dialog, Page, expect
from post_office.models import Email

from apps.billing.models import BillingRun
from apps.jobs.choices import JobState, Queue
from apps.jobs.models import Job
from apps.messaging.models import Delivery
from tests.admin import rows
from tests.admin.addresses import every_address, example
from tests.e2e.conftest import somebody
from tests.e2e.hostile import IMAGE, OWN_NAMES, SIGNS, is_of, taken_for_html, write_everywhere
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.screens]

# No pages, or no text of ours; a mail is looked at in its frame.
NOT_WALKED = {"home", "file", "logo", "favicon", "job_progress", "admin:logout", "admin:jsi18n", "admin:view_on_site"}
NOT_WALKED |= {"admin:messaging_delivery_html", "admin:autocomplete"}
# Some of what people bring in by hand, by file and by mail: these must have been written, or nothing is tried.
WRITTEN = {
    "accounts.User.first_name",
    "branding.Integrator.trade_name",
    "branding.Integrator.welcome_message",
    "catalog.Offer.label",
    "customers.Contact.name",
    "customers.Customer.name",
    "jobs.Job.error",
    "lines.Line.user_name",
    "messaging.Delivery.reason",
    "post_office.Attachment.name",
    "post_office.Email.subject",
    "sims.SimCard.batch",
    "tariffs.Rate.destination",
    "usage.CdrFile.name",
    "usage.SuspendedRecord.raw",
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A month's work, and jobs of all sorts about it, full of such texts."""
    rows.make(2)
    run = BillingRun.objects.earliest("pk")
    told = {"sentences": [IMAGE], "refusals": [IMAGE], "link": "", "data": {}}
    for kind in ("usage.load", "usage.rate_pending", "billing.compute", "accounting.recap"):
        for state in (JobState.DONE, JobState.FAILED, JobState.QUEUED):
            about = f"billing.billingrun {run.pk}" if kind.startswith("billing") else ""
            Job.objects.create(
                kind=kind, queue=Queue.DEFAULT, state=state, result=told, error=IMAGE, note=IMAGE, about=about
            )
    Job.objects.update(note=IMAGE, result=told, error=IMAGE)
    monkeypatch.setattr("apps.billing.services.invoice_pdf", lambda invoice: b"%PDF-1.7")
    return write_everywhere()


@pytest.fixture
def unguarded(page_of: Callable[..., Page], world: dict[str, list[str]]) -> Iterator[Page]:
    """A page without the policy that forbids scripts: what keeps this text from running must be its escaping."""
    page = page_of(None, bypass_csp=True)
    asked: list[str] = []

    def noticed(dialog: Dialog) -> None:
        asked.append(f"{page.url}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", noticed)
    yield page
    assert asked == []


def addresses() -> list[str]:
    return [example(address) for address in every_address() if str(address) not in NOT_WALKED]


def pages_and_dialogs() -> tuple[list[str], list[str]]:
    """What answers a superuser with a page, and what with a dialog, which is a part of one."""
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    pages, dialogs = [], []
    for address in addresses():
        answer = client.get(address)
        assert answer.status_code < 500, address
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            (pages if b"<!DOCTYPE html>" in answer.content else dialogs).append(address)
    return pages, dialogs


def test_the_names_that_are_left_alone_are_names() -> None:
    assert [label for label in OWN_NAMES if not is_of(label)] == []


def test_it_is_written_wherever_people_write(world: dict[str, list[str]]) -> None:
    assert WRITTEN - world.keys() == set()
    assert any(IMAGE in text for text in world["customers.Customer.name"])
    assert len(world) > 80


def test_pages_show_it(unguarded: Page) -> None:
    wrong = {}
    pages, _dialogs = pages_and_dialogs()
    assert len(pages) > 60
    for address in pages:
        unguarded.goto(address)
        if found := taken_for_html(unguarded):
            wrong[address] = found
    assert wrong == {}


def test_dialogs_show_it_when_they_are_opened_and_when_they_are_answered(unguarded: Page) -> None:
    _pages, dialogs = pages_and_dialogs()
    assert len(dialogs) > 10
    unguarded.goto("/admin/password_change/")
    wrong = {}
    for address in dialogs:
        # As htmx puts it into the page, then what its form is answered with as it stands.
        found = unguarded.evaluate(
            """async ([address, signs]) => {
                const host = document.createElement("div");
                document.body.append(host);
                const show = async options => {
                    host.innerHTML = await (await fetch(address, options)).text();
                    return [...host.querySelectorAll(signs)].map(element => element.outerHTML);
                };
                const headers = {"HX-Request": "true"};
                const found = await show({headers});
                const form = host.querySelector("form");
                if (form) found.push(...await show({method: "POST", body: new FormData(form), headers}));
                host.remove();
                return found;
            }""",
            [address, SIGNS],
        )
        if found:
            wrong[address] = found
    assert wrong == {}


def test_searching_for_it_finds_text(unguarded: Page) -> None:
    wrong = {}
    names = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry]
    for address in [
        f"{reverse('admin:search')}?s={quote(IMAGE)}",
        *(f"{reverse(one)}?q={quote(IMAGE)}" for one in names),
    ]:
        unguarded.goto(address)
        if found := taken_for_html(unguarded):
            wrong[address] = found
    unguarded.goto("/admin/")
    unguarded.keyboard.press("Control+k")
    box = unguarded.get_by_placeholder("numéro, carte SIM, client, facture")
    with unguarded.expect_response(lambda response: "/search/" in response.url):
        box.fill("img src")
    unguarded.wait_for_load_state("networkidle")
    if found := taken_for_html(unguarded):
        wrong["the search box"] = found
    assert wrong == {}


def test_the_name_of_a_chosen_file_is_text(unguarded: Page) -> None:
    unguarded.goto("/admin/usage/cdrfile/")
    unguarded.locator("[hx-get]").filter(has_text="Chargement").first.click()
    name = "<img src=x onerror=alert(1)>.csv"
    chosen = {"name": name, "mimeType": "text/csv", "buffer": b"ID_CDR"}
    unguarded.locator("#dialog input[type=file]").set_input_files(chosen)
    expect(unguarded.locator("#dialog")).to_contain_text(name)
    assert taken_for_html(unguarded) == []


def test_a_mail_runs_nothing_in_its_frame_nor_alone(window: Callable[..., BrowserContext], live_server: object) -> None:
    """Its HTML is what a template made it: it may hold anything. The policy of its address shuts it in."""
    rows.integrator()
    delivery: Delivery = rows.a_mail(0)
    Email.objects.update(html_message="<p>Bonjour</p><img src=x onerror=alert(1)><script>alert(2)</script>")
    client = Client()
    client.force_login(somebody(None, username="camille"))
    asked: list[str] = []
    page = window(is_watched=False).new_page()
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.goto(reverse("admin:messaging_delivery_change", args=[delivery.pk]))
    expect(page.frame_locator("iframe[sandbox]").locator("img")).to_be_attached()
    page.goto(reverse("admin:messaging_delivery_html", args=[delivery.pk]))
    expect(page.get_by_text("Bonjour")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert asked == []
