"""Core: time, ids, money, addresses, http, crypto, jobs and tenancy. It owns no tables and no domain words."""
