"""Telling institutions: signed posts after the Standard Webhooks specification."""
