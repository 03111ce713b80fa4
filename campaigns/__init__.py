"""Campaigns: who should get what and when, the plan with a reason for everyone left out, and the report.

It may know messaging and everything below. A recipient is the plan; a message is what was really attempted.
"""
