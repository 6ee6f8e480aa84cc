"""Databases of whichever library: opened privately, migrated, errors made plain."""
