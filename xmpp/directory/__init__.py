"""The directory of a platform: FIPA's agent management system and directory facilitator (FIPA 00023)."""
