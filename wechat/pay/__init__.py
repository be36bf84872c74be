"""WeChat Pay APIv3 and Pay Score."""
