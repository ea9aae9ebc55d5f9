"""Prints the demo for a person: a line a scene, amounts on the right, checks at the end."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from interfaces.demo.actors import yuan
from interfaces.demo.record import Record, Scene


class Storyteller:
    """Writes scenes as they happen, under a heading per act."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._act = ""

    def tell(self, scene: Scene) -> None:
        """One scene."""
        if scene.act != self._act:
            self._act = scene.act
            self._console.rule(f"[bold cyan]{scene.act}", align="left")
        line = Text(no_wrap=False)
        line.append(f"{scene.who:<16} ", style="green")
        line.append(scene.zh)
        if scene.en:
            line.append(f"  {scene.en}", style="dim")
        if scene.fen is not None:
            line.append(f"  ¥{yuan(scene.fen)}", style="bold yellow")
        self._console.print(line, soft_wrap=True)

    def close(self, record: Record, seconds: float) -> None:
        """The checks, and the verdict."""
        self._console.rule("[bold cyan]检查 checks", align="left")
        table = Table(show_header=False, box=None, padding=(0, 1))
        for check in record.checks:
            mark = "[green]✓[/]" if check.holds else "[bold red]✗[/]"
            table.add_row(mark, check.name, "" if check.holds else str(check.measured))
        self._console.print(table)
        held = sum(check.holds for check in record.checks)
        verdict = "[bold green]全部通过[/]" if record.passed else "[bold red]未通过[/]"
        self._console.print(
            f"{verdict} {held} of {len(record.checks)} checks hold, {seconds:.0f} s, "
            f"seed {record.inputs.get('seed')}, {record.inputs.get('lines')} lines"
        )
