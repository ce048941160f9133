"""What bench/run is made of: limits of the machine, an agent as a process, scenarios, results and their table."""
