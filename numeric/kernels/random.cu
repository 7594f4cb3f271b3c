// Uniforms written out (to compare bit for bit with NumPy) and the rate of double normals.
extern "C" __global__ void uniforms(u64 first, u64 count, u32 shard, u32 key0, u32 key1,
                                    u32 block, double* out) {
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        double2 u = uniform_pair({first + i, shard, key0, key1}, block);
        out[i] = u.x; out[count + i] = u.y;
    }
}

extern "C" __global__ void normals(u64 first, u64 count, u32 shard, u32 key0, u32 key1,
                                   u32 block, double* out) {
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        double2 z = normal_pair({first + i, shard, key0, key1}, block);
        out[i] = z.x; out[count + i] = z.y;
    }
}

extern "C" __global__ void chi_squares(u64 first, u64 count, u32 shard, u32 key0, u32 key1,
                                       int dof, double* out) {
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        Address at = {first + i, shard, key0, key1};
        double extra = 0.0;
        if (dof % 2) { double z = normal_pair(at, 0).x; extra = z * z; }
        Uniforms u(at, dof % 2);
        out[i] = dof > 64 ? large_chi_square(at, 0, dof) : even_chi_square(u, dof / 2) + extra;
    }
}

// Sums of z and z^2 over `count` pairs: measures the generator, writes one row a block.
extern "C" __global__ void normal_sums(u64 first, u64 count, u32 shard, u32 key0, u32 key1,
                                       double* rows) {
    double sum[2] = {0.0, 0.0};
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        double2 z = normal_pair({first + i, shard, key0, key1}, 0);
        sum[0] += z.x + z.y; sum[1] += z.x * z.x + z.y * z.y;
    }
    store_row(sum, 2, rows);
}
