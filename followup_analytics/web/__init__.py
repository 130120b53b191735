"""The local page: a face over the same functions as the commands. No statistics, hiding or rounding is done here."""
