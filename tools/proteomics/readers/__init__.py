"""Tables of quantities as search engines, core facilities and papers write them, made into data."""
