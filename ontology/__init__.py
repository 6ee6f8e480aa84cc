"""What agents can say: ACL messages, content languages and ontologies. Pure data, no I/O."""
