"""The workbench: pages, REST interface, accounts and jobs of a local server; `corduroy.web.app` puts them together."""
