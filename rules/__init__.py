"""The built-in rules, one chapter a module. Installed as `dockerlint_rules`."""
