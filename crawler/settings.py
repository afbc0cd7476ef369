"""Scrapy's settings, for `crawl()` and `scrapy crawl` alike. `crawl()` adds its Politeness.

https://docs.scrapy.org/en/latest/topics/settings.html
"""

from __future__ import annotations

from importlib.metadata import version

BOT_NAME = "rolewatch"
SPIDER_MODULES = ["crawler.spiders"]

# The one place that decides between Scrapy's two ways to run. Without the Twisted reactor a crawl
# lives in any asyncio loop, so in the daemon's. Scrapy still calls this experimental: the tests of
# the crawl run in both ways, and pyproject holds Scrapy below its next minor.
TWISTED_REACTOR_ENABLED = False
DOWNLOAD_HANDLERS = {
    "http": "crawler.download_handler.DownloadHandler",
    "https": "crawler.download_handler.DownloadHandler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}

# Politeness towards a host
USER_AGENT = f"rolewatch/{version('rolewatch')}"
DOWNLOAD_DELAY = 0.25  # seconds from one request's start to the next one's
DOWNLOAD_DELAY_JITTER = 0  # the library's own default halves the delay at times
CONCURRENT_REQUESTS = 4
# lets more through than it says when there is no delay; the spider's own limit holds
CONCURRENT_REQUESTS_PER_DOMAIN = 4
DOWNLOAD_TIMEOUT = 30  # seconds, the whole request
# a job board API is made to be called by programs; robots.txt is about the pages of a site
ROBOTSTXT_OBEY = False
DEFAULT_REQUEST_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip"}

# What an answer may be
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024  # bytes, on the wire and once unpacked
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True  # off by default

# Only those in use: redirects, retries and unpacking decide what counts as a failure, so they are
# in fetch.py, and so are timeout, User-Agent and default headers, at a third of the cost
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,  # $HTTPS_PROXY, $NO_PROXY
}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
EXTENSIONS_BASE = {
    "scrapy.extensions.feedexport.FeedExporter": 0,  # -O out.jsonl
    "crawler.feed_export.LogEvents": 0,
}
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"
REMOTE_CONTROL_ENABLED = False  # on by default: a loopback port that runs posted Python
TELNETCONSOLE_ENABLED = False
CONCURRENT_ITEMS = 1  # the default starts 100 tasks a response
COOKIES_ENABLED = False
LOG_LEVEL = "WARNING"
LOG_FORMATTER = "crawler.scrapy_overhead.NoLineForResponses"
FEED_EXPORT_ENCODING = "utf-8"
