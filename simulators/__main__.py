"""python -m simulators NAME --config FILE [--wire-port N] [--control-port N] [--seed N]."""

import argparse
import asyncio
import importlib
import json
from pathlib import Path

from simulators.process import run

# name -> module with build(config, seed) -> (Simulator, StartWire)
SIMULATORS = {
    "alipay": "simulators.payments.alipay.simulator",
    "nhsa_core": "simulators.insurance.nhsa_core.simulator",
    "wechat_pay": "simulators.payments.wechat_pay.simulator",
    "wechat_official_account": "simulators.notifications.wechat_official_account.simulator",
    "his": "simulators.hospital.his.simulator",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators", description=__doc__)
    parser.add_argument("name", choices=sorted(SIMULATORS))
    parser.add_argument("--config", type=Path, help="JSON file with keys and numbers (its README)")
    parser.add_argument("--wire-port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1, help="everything random hangs on it")
    arguments = parser.parse_args()
    config = json.loads(arguments.config.read_text()) if arguments.config else {}

    build = importlib.import_module(SIMULATORS[arguments.name]).build
    simulator, start_wire = build(config, arguments.seed)
    asyncio.run(run(simulator, start_wire, arguments.wire_port, arguments.control_port))


if __name__ == "__main__":
    main()
