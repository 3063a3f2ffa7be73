"""Variables that a program cannot start without."""

from __future__ import annotations

from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container


class UnsetRequiredVariable(Rule[Container]):
    """A program reads a variable that it cannot do without, and the service does not set it.

    It ends as soon as it starts, with `KeyError`; with a restart policy again and again.

    Set it in `environment`, or pass it on from an ignored `.env`: `SECRET_KEY: ${SECRET_KEY:?}`.

    https://docs.docker.com/reference/compose-file/services/#environment
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  «web»:\n    build: .\n    environment:\n      OTHER: x\n=== Dockerfile\n"
        'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\nimport os\n'
        "KEY = os.environ['SECRET_KEY']\n": None,
        "=== compose.yaml\nservices:\n  «web»:\n    build: .\n=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\n"
        'COPY . .\nCMD ["gunicorn", "app:app"]\n=== app.py\nfrom settings import KEY\napp = KEY\n'
        "=== settings.py\nfrom os import environ\nKEY = environ['SECRET_KEY']\n": None,
        "=== compose.yaml\nservices:\n  «web»:\n    build: .\n    env_file: a.env\n=== a.env\nA=1\n=== Dockerfile\n"
        'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\nimport os\n'
        "def main():\n    print(os.environ['TOKEN'])\nmain()\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment: [SECRET_KEY]\n=== Dockerfile\n"
        'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\nimport os\n'
        "KEY = os.environ['SECRET_KEY']\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    env_file: gone.env\n=== Dockerfile\n"
        'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\nimport os\n'
        "KEY = os.environ['SECRET_KEY']\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\n"
        'COPY . .\nENV SECRET_KEY=x\nCMD ["python", "app.py"]\n=== app.py\nimport os\nKEY = os.environ[\'SECRET_KEY\']\n',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\n"
        'COPY . .\nCMD ["python", "app.py"]\n=== app.py\nimport os\ntry:\n    KEY = os.environ[\'SECRET_KEY\']\n'
        "except KeyError:\n    KEY = None\nif os.environ.get('X'):\n    B = os.environ['B']\nC = os.getenv('C')\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\n"
        'COPY . .\nCMD ["python", "app.py"]\n=== app.py\nimport os\nfrom dotenv import load_dotenv\nload_dotenv()\n'
        "KEY = os.environ['SECRET_KEY']\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\n"
        'COPY . .\nCMD ["python", "app.py"]\n=== app.py\nimport os\ndef never():\n    return os.environ[\'K\']\n'
        "HOME = os.environ['HOME'] + os.environ['PATH']\n",
    )

    def check(self, container: Container) -> Findings:
        build, stage, service = container.build, container.stage, container.service
        if build is None or stage is None:
            return
        told: set[str] = set()
        for launch in build.launches:
            if launch.stage is not stage:
                continue
            for variable in launch.program.required_variables():
                name = str(variable.name)
                if name in told or name in _BY_THE_ENGINE or not container.environment.is_unset(name):
                    continue
                told.add(name)
                place = variable.name.source.position(variable.name.start)
                where = f"{variable.name.source.path} line {place.line}"
                message = f"`{service.name}` sets no `{name}`, without which the program ends at once ({where})"
                yield self.finding(service.name, message, help=f"set it: `{name}: ${{{name}:?}}`")


# Every container has these.
_BY_THE_ENGINE = frozenset({"HOME", "HOSTNAME", "PATH", "PWD", "TERM"})
