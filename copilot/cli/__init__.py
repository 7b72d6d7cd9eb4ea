"""The one command, `copilot …`: thin, it mounts the doors' commands and names their faults."""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from copilot.api.reasons import reason_of
from copilot.cli import admin, answers, document, people, serving
from copilot.cli.console import fail
from copilot.cli.handoffs import handoffs
from copilot.config import Settings
from copilot.errors import ConfigError, CopilotError, InvalidInput, NotFound
from copilot.folders import unusable
from eval.cli import app as eval_app
from ingest.cli import guess_and_ingest
from ingest.sync.cli import sync

app = typer.Typer(
    name="copilot",
    help="Continuum: the whole story of a customer, and the right next words.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("ingest")(guess_and_ingest)
app.command("sync")(sync)
app.command("search")(answers.search)
app.command("suggest")(answers.suggest)
app.command("customers")(people.customers)
app.command("timeline")(people.timeline)
app.command("needs")(people.needs)
app.command("assess")(answers.assess)
app.command("serve")(serving.serve)
app.command("demo")(serving.demo)
app.command("reindex")(admin.reindex)
app.command("doctor")(admin.doctor)
app.command("openapi")(document.openapi)
app.command("train-ranker")(admin.train_ranker)
app.add_typer(handoffs, name="handoffs")
app.add_typer(admin.keys, name="keys")
app.add_typer(eval_app, name="eval")


def main() -> None:
    """Runs a command; named faults become one line on standard error and an exit code."""
    try:
        app()
    except (InvalidInput, NotFound, ConfigError) as error:
        fail(error.detail)
        sys.exit(2)
    except CopilotError as error:
        fail(error.detail)
        sys.exit(1)
    except ValidationError as error:
        fail(_setting(error))
        sys.exit(2)
    except OSError as error:
        if error.filename is None:  # no file of ours: a fault to be seen whole
            raise
        fail(unusable(error, Settings().home))
        sys.exit(2)
    except KeyboardInterrupt:
        fail("Interrupted. What was done is kept; run the command again to go on.")
        sys.exit(130)


def _setting(error: ValidationError) -> str:
    """Which setting was refused and why; any other fault of a shape is ours and is raised."""
    if error.title != "Settings":
        raise error
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    return f"{name if name.isupper() else f'COPILOT_{name.upper()}'}: {reason_of(first)}."
