#include "plugins/outputs/discard/discard.hpp"

WEIR_MODULE("discard", "1.0.0", weir::discard::Discard)
