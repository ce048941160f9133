#include "plugins/serializers/influx/influx.hpp"

WEIR_MODULE("influx", "1.0.0", weir::influx_lines::InfluxSerializer)
